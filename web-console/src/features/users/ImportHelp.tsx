/** What a file for an import looks like, with a template to begin from. */
import { Button, Code, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { Download } from "lucide-react";
import { useTranslation } from "react-i18next";
import { saveAs } from "@/shared/api/files";

const FIELDS = [
  "username",
  "email",
  "email_verified",
  "status",
  "password",
  "password_hash",
  "must_change",
  "roles",
  "name",
  "given_name",
  "family_name",
  "phone_number",
  "locale",
  "zoneinfo",
];
const JSON_LINES = `{"username": "ida", "email": "ida@example.com", "given_name": "Ida", "family_name": "Berg"}
{"username": "max", "email": "max@example.com", "email_verified": true, "roles": ["tenant_support"]}`;
const CSV = `username,email,email_verified,given_name,family_name
ida,ida@example.com,no,Ida,Berg
max,max@example.com,yes,Max,Moor`;

export function ImportHelp() {
  const { t } = useTranslation("users");
  const save = () => saveAs("users.csv", new Blob([`${CSV}\n`], { type: "text/csv" }));
  return (
    <Paper withBorder p="lg">
      <Stack>
        <Group justify="space-between">
          <Title order={2} size="h4">
            {t("import.help")}
          </Title>
          <Button variant="default" size="xs" leftSection={<Download size={14} aria-hidden />} onClick={save}>
            {t("import.template")}
          </Button>
        </Group>
        <Text size="sm" c="dimmed">
          {t("import.helpText")}
        </Text>
        <Example title="JSON Lines" text={JSON_LINES} />
        <Example title="CSV" text={CSV} />
        <div>
          <Text size="sm" fw={600} mb={4}>
            {t("import.columns")}
          </Text>
          <Group gap={6}>
            {FIELDS.map((field) => (
              <Code key={field}>{field}</Code>
            ))}
          </Group>
        </div>
      </Stack>
    </Paper>
  );
}

function Example({ title, text }: { title: string; text: string }) {
  return (
    <div>
      <Text size="sm" fw={600} mb={4}>
        {title}
      </Text>
      <Code block style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
        {text}
      </Code>
    </div>
  );
}
