import { fillErrorSections } from '../../scripts/errorSections';
import { signInErrorCodes } from '../../src/errors';
import { readDoc } from './support/readDocs';

const { text } = readDoc('docs/errors.md');
const sections = text
  .split(/^(?=##+ )/m)
  .filter(section => section.startsWith('### '))
  .map(section => [/^### (.*)/.exec(section)![1]!, section] as const);

describe('docs/errors.md', () => {
  it('has a section for every code, in the order of the code', () => {
    expect(sections.map(([code]) => code)).toEqual(Object.keys(signInErrorCodes));
  });

  it('has the texts and facts that "npm run config-schema" writes', () => {
    expect(fillErrorSections(text)).toBe(text);
  });

  it.each(sections)('says of %s what it means and what to do', (_code, section) => {
    const points = section.split('\n').filter(line => line.startsWith('- '));
    expect(points).toEqual([
      expect.stringMatching(/^- \*\*Meaning:\*\* [A-Z`].*\.$/),
      expect.stringMatching(/^- \*\*Person:\*\* [A-Z].*\.$/),
      expect.stringMatching(/^- \*\*Administrator:\*\* [A-Z].*\.$/),
    ]);
  });

  it('would not be filled without the section of a code', () => {
    expect(() => fillErrorSections(text.replace('### NO_MATCHING_USER', ''))).toThrow(
      'docs/errors.md has no place for NO_MATCHING_USER',
    );
  });
});
