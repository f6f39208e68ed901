/** What a spreadsheet would take for a formula (owasp.org, CSV Injection), full-width forms included. */
const formula = /^'*\s*[=+\-@|\t\r\n＝＋－＠]/

/** A text that a spreadsheet takes for nothing but text: what would be a formula gets an apostrophe before it. */
export const escapeFormula = (cell: string) => (formula.test(cell) ? `'${cell}` : cell)
/** The text that `escapeFormula` was given. */
export const unescapeFormula = (cell: string) => (cell.startsWith("'") && formula.test(cell) ? cell.slice(1) : cell)
