/** An open transaction. A `pg` client is one; so is a three-line wrapper around Prisma's transaction client. */
export type Tx = {
  query<Row>(text: string, values?: readonly unknown[]): Promise<{ rows: Row[]; rowCount: number | null }>;
};
