/**
 * Languages: every string stands in a catalogue. What stands before the sign-in is there in English from the start; all
 * else is loaded in the language that is wanted.
 */
import i18next, { type ResourceLanguage } from "i18next";
import { initReactI18next } from "react-i18next";

export const LANGUAGES = { en: "English", de: "Deutsch" } as const;
export type Language = keyof typeof LANGUAGES;
export interface Catalogues {
  shared: ResourceLanguage;
  en: () => Promise<Record<string, object>>;
  de: () => Promise<Record<string, object>>;
}

const KEY = "opentrusty.language";
let catalogues: Catalogues;
let loading: Promise<void> = Promise.resolve();

export async function startI18n(given: Catalogues): Promise<void> {
  catalogues = given;
  await i18next.use(initReactI18next).init({
    resources: { en: { shared: given.shared } },
    lng: "en",
    fallbackLng: "en",
    defaultNS: "shared",
    interpolation: { escapeValue: false }, // React escapes
    returnNull: false,
  });
  const language = preferred();
  loading = apply(language);
  loading.catch(() => undefined); // whoever needs it hears of it
  if (language !== "en") await loading;
}

/** Resolves when the strings of every page are there. */
export function catalogueLoaded(): Promise<void> {
  return loading;
}

/** Changes the language of everything at once, and remembers it. */
export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(KEY, language);
  await apply(language);
}

async function apply(language: Language): Promise<void> {
  for (const [name, strings] of Object.entries(await catalogues[language]()))
    i18next.addResourceBundle(language, name, strings);
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}

function preferred(): Language {
  for (const tag of [localStorage.getItem(KEY), ...navigator.languages]) {
    const language = tag?.slice(0, 2);
    if (language === "en" || language === "de") return language;
  }
  return "en";
}
