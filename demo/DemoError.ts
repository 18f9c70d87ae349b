/** Something that whoever starts the demo can put right. Its message is one line that says how. */
export class DemoError extends Error {
  override readonly name = 'DemoError';
}
