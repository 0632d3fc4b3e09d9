/** What was used most in the days shown: `first` names the column of names. */
import { Paper, Table, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { formatNumber } from "@/shared/i18n/format";
import type { Usage } from "./api";

type Use = Usage["most_used"][number];

interface Props {
  title: string;
  none: string;
  first: string;
  uses: readonly Use[];
  name: (use: Use) => ReactNode;
}

export function MostUsed({ title, none, first, uses, name }: Props) {
  const { t } = useTranslation("overview");
  return (
    <Paper withBorder p="md" component="section" h="100%">
      <Title order={2} size="h5" mb="sm">
        {title}
      </Title>
      {uses.length === 0 ? (
        <Text size="sm" c="dimmed">
          {none}
        </Text>
      ) : (
        <Table aria-label={title} horizontalSpacing={0}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{first}</Table.Th>
              <Table.Th scope="col" ta="right">
                {t("dashboard.authorizations")}
              </Table.Th>
              <Table.Th scope="col" ta="right">
                {t("dashboard.tokens")}
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {uses.map((use) => (
              <Table.Tr key={use.id}>
                <Table.Td>{name(use)}</Table.Td>
                <Table.Td ta="right">{formatNumber(use.authorizations)}</Table.Td>
                <Table.Td ta="right">{formatNumber(use.tokens)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Paper>
  );
}
