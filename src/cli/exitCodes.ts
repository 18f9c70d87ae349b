/**
 * What a command ends with.
 *
 * @internal
 */
export const exitCodes = {
  ok: 0,
  /** `--fail-under`, `--fail-on`, a failed check of the doctor, or a person who would not sign in. */
  failed: 1,
  /** Wrong options, config or data, or a server that cannot be asked. */
  unusable: 2,
  /** Ctrl-C. */
  interrupted: 130,
} as const;
