/** Every catalogue of the console, by namespace: `shared`, and one for each feature. */
import shared from "@/shared/i18n/en";

export const english = { shared };

export async function german(): Promise<{ [Name in keyof typeof english]: (typeof english)[Name] }> {
  const [sharedDe] = await Promise.all([import("@/shared/i18n/de")]);
  return { shared: sharedDe.default };
}
