/* The card reader beside this computer (docs/card-reader.md): one card becomes one row, as if typed.
   Nothing is saved by it; what the card says goes through the same rules as what people type. */
import { addLine, fillIn } from "../ui/js/grid.js";
import { panelFor } from "./entry.js";

const button = document.querySelector("[data-key-card]");
const state = document.querySelector("[data-card-state]");
const grid = document.getElementById("members");
const WAIT_SECONDS = 20;
const GRACE_MS = 5000;
const LIMITS = { name: 50, number: 18, address: 120, ethnicity: 20 };
let waiting = null;

const linesOf = () => [...grid.querySelectorAll("tr[data-line]")].filter((line) => !line.hidden);
const fieldOf = (line, key) => line.querySelector(`[name$="-${key}"]`);
const textOf = (line, key) => fieldOf(line, key)?.value.trim() || "";

function say(word, more = "") {
  state.textContent = more ? `${state.dataset[word]} ${more}` : state.dataset[word];
}

/* What a bridge sends is foreign: texts of these names and lengths, and nothing else, go on. */
function readCard(told) {
  const card = told && typeof told === "object" ? told.card : null;
  const isText = (key) => typeof card[key] === "string" && card[key].length <= LIMITS[key];
  if (!card || typeof card !== "object" || !Object.keys(LIMITS).every(isText)) return null;
  return card.name.trim() && /^[0-9]{17}[0-9X]$/.test(card.number) ? card : null;
}

/* A masked number is the card's where both ends and the name agree. */
function lineOf(card) {
  return linesOf().find((line) => {
    const number = textOf(line, "document_number").toUpperCase();
    const ends = number.split(/\*+/);
    const isSame = ends.length === 2 ? card.number.startsWith(ends[0]) && card.number.endsWith(ends[1]) : number === card.number;
    return number && isSame && (ends.length < 2 || textOf(line, "name") === card.name.trim());
  });
}

function blankLine() {
  const isBlank = (line) => !line.hasAttribute("data-known") && !textOf(line, "name") && !textOf(line, "document_number");
  const current = document.activeElement?.closest("#members tr[data-line]");
  return current && isBlank(current) ? current : linesOf().find(isBlank) || addLine(grid);
}

function put(card) {
  const known = lineOf(card);
  if (known) {
    fieldOf(known, "name").focus();
    return say("known", card.name.trim());
  }
  const line = blankLine();
  fillIn(fieldOf(line, "name"), card.name.trim());
  fillIn(fieldOf(line, "document_number"), card.number);
  const panel = panelFor(line.id.slice("row-".length));
  fillIn(panel.querySelector("[name$=-hukou_address]"), card.address.trim());
  if (card.ethnicity) chooseEthnicity(panel.querySelector("select[name$=-ethnicity]"), card.ethnicity.trim());
  fieldOf(line, "relation").focus();
  return say("read", card.name.trim());
}

/* Cards print 汉 where the list says 汉族. */
function chooseEthnicity(select, words) {
  const option = [...select.options].find((one) => [words, `${words}族`].includes(one.text.trim().split(" ").pop()));
  if (option) fillIn(select, option.value);
}

async function read() {
  if (waiting) return waiting.abort();
  waiting = new AbortController();
  const late = setTimeout(() => waiting?.abort(), WAIT_SECONDS * 1000 + GRACE_MS);
  button.setAttribute("aria-pressed", "true");
  say("waiting");
  try {
    const answer = await fetch(`${button.dataset.card}/v1/card?wait=${WAIT_SECONDS}`, {
      credentials: "omit", cache: "no-store", referrerPolicy: "no-referrer", signal: waiting.signal,
    });
    if (answer.status === 204) say("none");
    else if (!answer.ok) say("failed");
    else {
      const card = readCard(await answer.json());
      if (card) put(card);
      else say("failed");
    }
  } catch (problem) {
    say(problem.name === "AbortError" ? "none" : problem.name === "SyntaxError" ? "failed" : "away");
  }
  clearTimeout(late);
  button.setAttribute("aria-pressed", "false");
  waiting = null;
  return undefined;
}

button.addEventListener("click", read);
