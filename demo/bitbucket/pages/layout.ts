const style = `
:root { color-scheme: light dark; --ink: #172b4d; --soft: #505f79; --line: #c1c7d0; --card: #fff; --page: #f4f5f7; --act: #0052cc; --on-act: #fff; }
@media (prefers-color-scheme: dark) { :root { --ink: #e3e6ea; --soft: #a5adba; --line: #596579; --card: #22272e; --page: #161a1f; --act: #579dff; --on-act: #161a1f; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem; background: var(--page); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { width: 100%; max-width: 30rem; background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: 2rem; overflow-wrap: anywhere; }
header { display: flex; gap: .75rem; align-items: center; color: var(--soft); font-size: .875rem; margin-bottom: 1rem; }
h1 { font-size: 1.375rem; line-height: 1.3; margin: 0 0 1rem; }
label { display: block; font-weight: 600; margin: 1rem 0 .25rem; }
select { width: 100%; font: inherit; padding: .5rem; border: 1px solid var(--line); border-radius: .375rem; background: var(--card); color: inherit; }
code { font-size: .9em; }
.actions { display: flex; gap: .75rem; margin-top: 1.5rem; }
button { font: inherit; font-weight: 600; padding: .5rem 1.25rem; border-radius: .375rem; border: 1px solid var(--line); background: transparent; color: inherit; cursor: pointer; }
button.primary { background: var(--act); border-color: var(--act); color: var(--on-act); }
:focus-visible { outline: 3px solid var(--act); outline-offset: 2px; }
.soft { color: var(--soft); font-size: .875rem; }
`;

/** Makes a text safe inside HTML, attribute values included. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`);
}

/** A whole page around `content`, which is HTML; `title` is text. */
export function layout(title: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} – Bitbucket simulator</title>
<style>${style}</style>
</head>
<body>
<main>
<header>
<svg width="28" height="28" viewBox="0 0 28 28" aria-hidden="true"><rect width="28" height="28" rx="6" fill="#0052cc"/><path d="M8 9h12l-2 11h-8z" fill="#fff"/></svg>
<span>Bitbucket Server, simulated</span>
</header>
<h1>${escapeHtml(title)}</h1>
${content}
</main>
</body>
</html>
`;
}
