/** Languages: every string stands in a catalogue; those other than English are loaded only where they are wanted. */
import i18next, { type ResourceLanguage } from "i18next";
import { initReactI18next } from "react-i18next";

export const LANGUAGES = { en: "English", de: "Deutsch" } as const;
export type Language = keyof typeof LANGUAGES;
export interface Catalogues {
  en: ResourceLanguage;
  de: () => Promise<Record<string, object>>;
}

const KEY = "opentrusty.language";
let catalogues: Catalogues;

export async function startI18n(given: Catalogues): Promise<void> {
  catalogues = given;
  await i18next.use(initReactI18next).init({
    resources: { en: given.en },
    lng: "en",
    fallbackLng: "en",
    defaultNS: "shared",
    interpolation: { escapeValue: false }, // React escapes
    returnNull: false,
  });
  await apply(preferred());
}

/** Changes the language of everything at once, and remembers it. */
export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(KEY, language);
  await apply(language);
}

async function apply(language: Language): Promise<void> {
  if (language === "de" && !i18next.hasResourceBundle("de", "shared")) {
    for (const [name, strings] of Object.entries(await catalogues.de()))
      i18next.addResourceBundle("de", name, strings);
  }
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
