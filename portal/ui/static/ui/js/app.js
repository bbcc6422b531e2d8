/* The modules of every page. Only files that a page names in a script tag are entries (app, matrix,
   grid, charts, login, print); an entry is never imported, so that no module runs twice. */
import "./overlays.js";
import "./htmx-config.js";
import "./nav.js";
import "./shortcuts.js";
import "./reveal.js";
import "./lists.js";
import "./walking.js";
import "./choosing.js";
import "./inbox.js";
import "./fields.js";
import "./errors.js";
import "./tree.js";
import "./idle.js";
import "./identity-fields.js";
import "./leaving.js";
