/** The fields of a person that both forms show: a new one and an old one. */
import { Checkbox, SimpleGrid, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { useTranslation } from "react-i18next";
import type { UserForm } from "./fields";

export function UserFields<Form extends UserForm>({
  form,
  readOnly,
}: {
  form: UseFormReturnType<Form>;
  readOnly: boolean;
}) {
  const { t } = useTranslation("users");
  const input = (path: string, label: string, more: object = {}) => (
    <TextInput
      label={label}
      readOnly={readOnly}
      key={form.key(path)}
      {...more}
      {...form.getInputProps(path)}
    />
  );
  return (
    <>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        {input("username", t("username"), { required: true, autoComplete: "off", spellCheck: false })}
        {input("email", t("email"), { type: "email", autoComplete: "off" })}
        {input("claims.given_name", t("givenName"))}
        {input("claims.family_name", t("familyName"))}
        {input("claims.name", t("displayName"))}
        {input("claims.phone_number", t("phone"), { type: "tel" })}
        {input("claims.locale", t("locale"), { placeholder: "de-AT" })}
        {input("claims.zoneinfo", t("zoneinfo"), { placeholder: "Europe/Vienna" })}
      </SimpleGrid>
      <Checkbox
        label={t("emailVerified")}
        disabled={readOnly}
        key={form.key("email_verified")}
        {...form.getInputProps("email_verified", { type: "checkbox" })}
      />
    </>
  );
}
