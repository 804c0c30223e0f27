/** The report's look: light and dark by the reader's setting, one column on narrow screens. */
export const style = `
:root { --page: #f6f7f9; --card: #fff; --ink: #17202b; --soft: #5a6675; --line: #dde2e8; --a: #2166c2; --b: #d9822b; --good: #2a8f5c; --heat: 33, 102, 194; }
@media (prefers-color-scheme: dark) {
  :root { --page: #11151a; --card: #1a2027; --ink: #e7ebf0; --soft: #9aa7b5; --line: #2f3944; --a: #6aa9f5; --b: #f0a860; --good: #5cc592; --heat: 106, 169, 245; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", "Liberation Sans", sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 32px 20px 48px; }
h1 { font-size: 26px; line-height: 1.2; margin: 0 0 4px; }
h2 { font-size: 17px; margin: 0 0 2px; }
p { margin: 0 0 12px; color: var(--soft); max-width: 75ch; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin: 20px 0; }
.cards div, section { background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.cards div { padding: 12px 14px; }
.cards b { display: block; font-size: 21px; font-variant-numeric: tabular-nums; }
.cards span { color: var(--soft); font-size: 13px; }
section { padding: 18px 20px; margin: 16px 0; }
.scroll { overflow-x: auto; }
.wide svg { min-width: 660px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: 6px 10px; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
th { color: var(--soft); font-weight: 600; font-size: 13px; }
th:first-child, td:first-child { text-align: left; }
tbody tr:last-child td { border-bottom: 0; }
svg { display: block; width: 100%; height: auto; }
svg text { fill: var(--ink); font: 12px system-ui, "Liberation Sans", sans-serif; }
svg .soft { fill: var(--soft); }
svg .grid { stroke: var(--line); stroke-width: 1; }
svg .a { fill: var(--a); } svg .b { fill: var(--b); }
svg .path { fill: none; stroke: var(--a); stroke-width: 2; }
svg .area { fill: var(--soft); opacity: 0.35; }
svg .stick { stroke: var(--b); stroke-width: 2; }
.key { display: inline-flex; gap: 16px; color: var(--soft); font-size: 13px; margin-bottom: 8px; flex-wrap: wrap; }
.key i { display: inline-block; width: 11px; height: 11px; border-radius: 2px; margin-right: 6px; }
.many { display: grid; grid-template-columns: repeat(auto-fill, minmax(290px, 1fr)); gap: 14px; }
.two { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 24px; }
@media (max-width: 760px) { .two { grid-template-columns: minmax(0, 1fr); } main { padding: 20px 10px 32px; } section { padding: 14px; } }
`;
