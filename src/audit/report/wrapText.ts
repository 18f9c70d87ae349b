const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u;
const combining = /\p{M}/u;

/**
 * Breaks a text into lines of at most `width` columns: at spaces, and within words that are longer.
 * Nothing is cut off, because a cut entity ref is another one.
 *
 * @internal
 */
export function wrapText(text: string, width: number): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const joined = line === '' ? word : `${line} ${word}`;
    if (columnsOf(joined) <= width) {
      line = joined;
      continue;
    }
    if (line !== '') lines.push(line);
    line = '';
    for (const char of word) {
      if (columnsOf(line + char) > width) {
        lines.push(line);
        line = '';
      }
      line += char;
    }
  }
  return [...lines, line].join('\n');
}

function columnsOf(text: string): number {
  let columns = 0;
  for (const char of text) columns += combining.test(char) ? 0 : wide.test(char) ? 2 : 1;
  return columns;
}
