/** Values to be taken along: plain ones with a copy button, and secrets, which are shown this once. */
import { ActionIcon, Alert, Code, CopyButton, Group, Stack, Text, Tooltip } from "@mantine/core";
import { Check, Copy, KeyRound } from "lucide-react";
import { useTranslation } from "react-i18next";

export function CopyValue({ value, label, mono = true }: { value: string; label: string; mono?: boolean }) {
  const { t } = useTranslation();
  return (
    <Group gap={4} wrap="nowrap">
      {mono ? <Code style={{ overflowWrap: "anywhere" }}>{value}</Code> : <Text size="sm">{value}</Text>}
      <CopyButton value={value}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? t("common.copied") : t("common.copy")}>
            <ActionIcon onClick={copy} aria-label={`${t("common.copy")}: ${label}`}>
              {copied ? <Check size={16} aria-hidden /> : <Copy size={16} aria-hidden />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </Group>
  );
}

/** A secret just made. It is nowhere else: what is not copied now has to be made anew. */
export function SecretOnce({
  title,
  hint,
  values,
}: {
  title: string;
  hint: string;
  values: Record<string, string>;
}) {
  return (
    <Alert color="yellow" icon={<KeyRound />} title={title}>
      <Stack gap="sm">
        <Text size="sm">{hint}</Text>
        {Object.entries(values).map(([label, value]) => (
          <div key={label}>
            <Text size="xs" fw={600}>
              {label}
            </Text>
            <CopyValue value={value} label={label} />
          </div>
        ))}
      </Stack>
    </Alert>
  );
}
