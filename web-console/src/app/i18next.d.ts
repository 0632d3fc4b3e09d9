import type { english } from "./catalogues";

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "shared";
    resources: typeof english;
    returnNull: false;
  }
}
