/** Every catalogue of the console, by namespace: `shared`, and one for each feature. */
import keys from "@/features/keys/en";
import users from "@/features/users/en";
import shared from "@/shared/i18n/en";

export const english = { shared, keys, users };

type Catalogues = typeof english;

export async function german(): Promise<Catalogues> {
  const [sharedDe, keysDe, usersDe] = await Promise.all([
    import("@/shared/i18n/de"),
    import("@/features/keys/de"),
    import("@/features/users/de"),
  ]);
  return { shared: sharedDe.default, keys: keysDe.default, users: usersDe.default };
}
