/* Which cell of the grid each value of a pasted block belongs to.
   A block with a line of titles goes by its titles; one without goes from the chosen cell on, past
   the cells that are worked out, unless the block itself has them (sex as 男 or 女). */
const plain = (text) => text.replace(/[\s*（(].*$/, "").trim();

function titlesOf(grid) {
  return [...grid.tHead.rows[0].cells].map((head) => [
    plain(head.textContent.trim()), ...(head.dataset.also || "").split(" ").filter(Boolean),
  ]);
}

function byTitles(first, titles) {
  const columns = first.map((title) => titles.findIndex((names) => names.includes(plain(title)) && plain(title)));
  return columns.filter((column) => column > 0).length > 1 ? columns : null;
}

function byPlace(rows, line, column) {
  const cells = [...line.cells];
  const isWorkedOut = (place) => cells[place]?.classList.contains("is-derived");
  const sex = cells.findIndex((cell) => cell.dataset.derived === "sex");
  const hasAll = rows.some((row) => sex >= column && /^[男女]$/.test(row[sex - column] || ""));
  const free = cells.map((_cell, place) => place).slice(column).filter((place) => hasAll || !isWorkedOut(place));
  return rows[0].map((_value, offset) => free[offset] ?? -1);
}

/* Rows of values by column of the grid; a place that the block does not speak of is undefined. */
export function rowsOfBlock(text, grid, line, column) {
  const rows = text.trimEnd().split(/\r?\n/).map((row) => row.split("\t").map((value) => value.trim()));
  const titled = byTitles(rows[0], titlesOf(grid));
  const values = titled ? rows.slice(1) : rows;
  const widest = values.reduce((wide, row) => (row.length > wide.length ? row : wide), []);
  const columns = titled || byPlace([widest, ...values], line, column);
  return values.map((row) => {
    const placed = [];
    row.forEach((value, offset) => { if (columns[offset] > 0) placed[columns[offset]] = value; });
    return placed;
  });
}
