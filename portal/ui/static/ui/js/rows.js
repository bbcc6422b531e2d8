/* A cursor over rows, shared by lists and the inbox: J and K move, the row scrolls into sight. */
export class Cursor {
  constructor(rowsOf, className = "is-current") {
    this.rowsOf = rowsOf;
    this.className = className;
  }

  get current() {
    return this.rowsOf().find((row) => row.classList.contains(this.className)) || null;
  }

  set(row, { focus = false } = {}) {
    this.current?.classList.remove(this.className);
    if (!row) return;
    row.classList.add(this.className);
    row.scrollIntoView({ block: "nearest" });
    if (focus) {
      row.tabIndex = -1;
      row.focus({ preventScroll: true });
    }
  }

  step(by) {
    const rows = this.rowsOf();
    if (!rows.length) return null;
    const here = rows.indexOf(this.current);
    const next = here < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(Math.max(here + by, 0), rows.length - 1);
    this.set(rows[next], { focus: true });
    return rows[next];
  }
}

/* Whether a click meant the row and not something in it. */
export function meantTheRow(event) {
  return !event.target.closest("a, button, input, label, select, textarea, summary, dialog, [hx-get], [hx-post]")
    && !String(window.getSelection());
}
