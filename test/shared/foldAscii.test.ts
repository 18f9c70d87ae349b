import fc from 'fast-check';
import { foldAscii } from '../../src/shared';

const anyText = fc.string({ unit: 'binary', maxLength: 12 });

describe('foldAscii', () => {
  it.each([
    ['Ada.Lovelace@CORP.example', 'ada.lovelace@corp.example'],
    ['ÀB', 'Àb'],
    ['e\u0301A', '\u00e9a'],
    ['\u212aim', '\u212aim'],
    ['\uff21\uff22', '\uff21\uff22'],
    ['\u0130I', '\u0130i'],
    ['', ''],
  ])('folds %j to %j', (value, folded) => {
    expect(foldAscii(value)).toBe(folded);
  });

  it('changes nothing the second time', () => {
    fc.assert(fc.property(anyText, text => foldAscii(foldAscii(text)) === foldAscii(text)));
  });

  it('makes two texts equal only when they are the same text but for ASCII case', () => {
    fc.assert(
      fc.property(anyText, anyText, (a, b) => {
        const asciiLower = (text: string) => text.replace(/[A-Z]/g, x => x.toLowerCase());
        if (foldAscii(a) === foldAscii(b)) {
          expect(asciiLower(a).normalize('NFC')).toBe(asciiLower(b).normalize('NFC'));
        }
      }),
    );
  });

  it('leaves every character alone that is not ASCII, and never makes ASCII of one', () => {
    for (let code = 0x80; code <= 0xffff; code += 1) {
      const char = String.fromCharCode(code);
      expect(foldAscii(char)).toBe(char);
    }
  });
});

describe('foldAscii of its own result', () => {
  it('changes nothing, for every letter with every mark', () => {
    const marks = [
      '\u030A',
      '\u0331',
      '\u0307',
      '\u0323',
      '\u0340',
      '\u0344',
      '\u0345',
      '\u0308\u0301',
    ];
    const unstable: string[] = [];
    for (let code = 0; code < 0x3100; code += 1) {
      if (code >= 0xd800 && code < 0xe000) continue;
      for (const mark of marks) {
        const once = foldAscii(String.fromCodePoint(code) + mark);
        if (foldAscii(once) !== once) unstable.push(`${code.toString(16)} ${mark}`);
      }
    }
    expect(unstable).toEqual([]);
  });
});
