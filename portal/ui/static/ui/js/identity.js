/* Identity numbers of residents: what can be said about a number while it is typed (GB 11643).
   Never says which check character would be right: people would mend the number instead of looking
   at the card. The server checks again; it alone decides. */
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS = "10X98765432";
const LENGTH = 18;

/* Full-width digits, spaces and small x as the card has them. */
export function tidy(text) {
  return text.normalize("NFKC").replace(/\s/g, "").toUpperCase();
}

function checkCharacter(number) {
  const sum = WEIGHTS.reduce((total, weight, place) => total + weight * Number(number[place]), 0);
  return CHECKS[sum % 11];
}

function birthOf(number) {
  const [year, month, day] = [number.slice(6, 10), number.slice(10, 12), number.slice(12, 14)].map(Number);
  const born = new Date(year, month - 1, day);
  const real = born.getFullYear() === year && born.getMonth() === month - 1 && born.getDate() === day;
  return { year, month, day, born, real };
}

function ageOn(born, today) {
  const years = today.getFullYear() - born.getFullYear();
  const before = today.getMonth() < born.getMonth()
    || today.getMonth() === born.getMonth() && today.getDate() < born.getDate();
  return before ? years - 1 : years;
}

function birthProblem(birth, today) {
  if (birth.month < 1 || birth.month > 12) return `月份 ${birth.month} 不存在，请核对证件原件`;
  if (!birth.real) return `${birth.month} 月没有 ${birth.day} 日，请核对证件原件`;
  if (birth.born > today) return "出生日期在今天之后，请核对证件原件";
  if (birth.year < 1890) return "出生年份过早，请核对证件原件";
  return "";
}

/* What a number tells: {complete, problem, sex, birth, age}. Unknown parts are blank. */
export function readIdNumber(text, today = new Date()) {
  const number = tidy(text);
  const told = { number, complete: number.length >= LENGTH, problem: "", sex: "", birth: "", age: "" };
  if (!number) return told;
  if (!/^[0-9]*X?$/.test(number)) return { ...told, problem: "证件号只能是数字，末位可为 X" };
  if (number.length > LENGTH) return { ...told, problem: `证件号应为 18 位，多了 ${number.length - LENGTH} 位` };
  if (/X/.test(number.slice(0, 17))) return { ...told, problem: "X 只能在末位，请核对证件原件" };
  if (number.length >= 14) {
    const birth = birthOf(number);
    const problem = birthProblem(birth, today);
    if (problem) return { ...told, problem };
    told.birth = `${number.slice(6, 10)}-${number.slice(10, 12)}-${number.slice(12, 14)}`;
    told.age = ageOn(birth.born, today);
  }
  if (number.length >= 17) told.sex = Number(number[16]) % 2 ? "男" : "女";
  if (number.length < LENGTH) return { ...told, problem: `证件号应为 18 位，还差 ${LENGTH - number.length} 位` };
  if (checkCharacter(number) !== number[17]) return { ...told, problem: "末位校验码不符，请核对证件原件" };
  return told;
}

/* The place that the first six digits name, from the table that the page brings (or blank). */
export function originOf(number) {
  const source = document.getElementById("pp-regions");
  if (!source || number.length < 6) return "";
  originOf.table ||= JSON.parse(source.textContent);
  return originOf.table[number.slice(0, 6)] || originOf.table[`${number.slice(0, 4)}00`]
    || originOf.table[`${number.slice(0, 2)}0000`] || "";
}
