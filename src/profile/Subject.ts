/**
 * The few facts of a signed-in person that matchers may see.
 *
 * @public
 */
export interface Subject {
  /** Bitbucket's user id, in decimal digits. */
  readonly id?: string;
  readonly username?: string;
  readonly slug?: string;
  /** The email of the transformed profile; only when it has the shape of an address. */
  readonly email?: string;
  /**
   * Where the email comes from: `payload` = exactly what Bitbucket says; `derived` = a profile
   * transform made or changed it.
   */
  readonly emailOrigin?: 'payload' | 'derived';
  /** Host name of the Bitbucket Server, without port and path. */
  readonly host?: string;
  /** Whether this is the refresh of an existing session. */
  readonly refresh: boolean;
  /**
   * Whether the email is kept by a directory that the person cannot edit. `undefined` when nobody
   * has asked, see `emailTrust`.
   */
  readonly directory?: SubjectDirectory;
}

/** @public */
export type SubjectDirectory =
  { readonly readOnly: boolean; readonly directoryName?: string } | { readonly unknown: string };
