import { AuditError } from '../AuditError';
import type { Finding } from '../findings';
import { groupBy } from '../groupBy';
import { slimUser } from './collectors';
import type { SourceResult } from './collectors';
import { isObject, listFiles, readText, withoutByteOrderMark } from './files';

interface ReadUser {
  readonly payload: { readonly id?: unknown; readonly name: string };
  readonly file: string;
}

/**
 * Reads Bitbucket users from JSON files as its REST API answers them: a user, a list of users, or a
 * page (`{ "values": [ … ] }`) per file. Of a folder it takes every `*.json`.
 *
 * If a user is listed twice, the later entry counts. Two users with one id or one name cannot be of
 * one server: both are kept, and are a finding. So is a page whose next one is not there.
 *
 * @throws {@link AuditError} that names the file which is no JSON, or holds no users
 * @public
 */
export function readUserFiles(path: string): SourceResult<unknown> {
  const users = new Map<string, ReadUser>();
  const notes: string[] = [];
  const findings: Finding[] = [];
  const pages: UserPage[] = [];
  let repeated = 0;
  for (const file of listFiles(path, ['.json'], 'Bitbucket users')) {
    const content = parseJson(file);
    const isPage = isObject(content) && Array.isArray(content.values);
    const values = isPage ? content.values : content;
    for (const payload of Array.isArray(values) ? (values as unknown[]) : [values]) {
      if (!isObject(payload) || typeof payload.name !== 'string') {
        throw new AuditError(`${file}: not a Bitbucket user: it has no "name"`);
      }
      const { id, name } = payload;
      const key = JSON.stringify([id, name]);
      if (users.has(key)) repeated += 1;
      users.set(key, { payload: slimUser(payload) as ReadUser['payload'], file });
    }
    if (isPage) pages.push({ file, content });
  }
  if (users.size === 0) throw new AuditError(`${path}: contains no Bitbucket users`);
  if (repeated > 0) {
    const what = repeated === 1 ? '1 user is' : `${repeated} users are`;
    notes.push(
      `${path}: ${what} listed more than once with the same id and name; the last one counts`,
    );
  }
  const all = [...users.values()];
  findings.push(...findCutLists(pages));
  findings.push(...findTwins(all, ({ id }) => (id === undefined ? undefined : `id ${String(id)}`)));
  findings.push(...findTwins(all, ({ name }) => `name ${name.toLowerCase()}`));
  return { items: all.map(({ payload }) => payload), notes, findings };
}

interface UserPage {
  readonly file: string;
  readonly content: Record<string, unknown>;
}

/** A page that is not the last one, and no page begins where it ends. */
function findCutLists(pages: readonly UserPage[]): Finding[] {
  const starts = new Set(pages.map(({ content }) => content.start));
  return pages
    .filter(({ content }) => content.isLastPage === false && !starts.has(content.nextPageStart))
    .map(({ file }) => ({
      rule: 'incompleteList',
      severity: 'warning',
      text: `${file}: this page is not the last of its list, and the next one is missing: its users are not in the report`,
      concerns: [],
      source: { file },
    }));
}

function findTwins(
  users: readonly ReadUser[],
  keyOf: (payload: ReadUser['payload']) => string | undefined,
): Finding[] {
  const groups = groupBy(users, ({ payload }) => keyOf(payload));
  return [...groups].flatMap(([key, group]): Finding[] => {
    if (key === undefined || group.length < 2) return [];
    const files = [...new Set(group.map(({ file }) => file))].join(', ');
    return [
      {
        rule: 'duplicateAccount',
        severity: 'danger',
        text: `${group.length} Bitbucket users have the ${key} (${files}): they cannot be from one server, and an audit covers one server`,
        concerns: group.map(({ payload }) => `bitbucket:${payload.name}`),
      },
    ];
  });
}

function parseJson(file: string): unknown {
  try {
    return JSON.parse(withoutByteOrderMark(readText(file))) as unknown;
  } catch (error) {
    if (error instanceof AuditError) throw error;
    throw new AuditError(`${file}: cannot be read as JSON: ${(error as Error).message}`);
  }
}
