/** Every catalogue of the console, by namespace: `shared`, and one for each feature. */
import keys from "@/features/keys/en";
import shared from "@/shared/i18n/en";

export const english = { shared, keys };

type Catalogues = typeof english;

export async function german(): Promise<Catalogues> {
  const [sharedDe, keysDe] = await Promise.all([import("@/shared/i18n/de"), import("@/features/keys/de")]);
  return { shared: sharedDe.default, keys: keysDe.default };
}
