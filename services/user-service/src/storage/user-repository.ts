import type { Role, User } from '../users/user.ts';
import { emailTaken } from '../users/user-errors.ts';
import { Prisma, type PrismaClient } from './generated/client.ts';

type UserChanges = { readonly name?: string; readonly email?: string };

export type UserRepository = {
  /** False, and nothing added, when the address is taken. */
  add(user: User, passwordHash: string): Promise<boolean>;
  find(id: string): Promise<User | undefined>;
  findCredentials(email: string): Promise<{ id: string; passwordHash: string } | undefined>;
  has(role: Role): Promise<boolean>;
  /** Oldest first, those after the id `after`. */
  page(after: string | undefined, limit: number): Promise<User[]>;
  /** Undefined when there is no such user; rejects with `email_taken`. */
  change(id: string, changes: UserChanges): Promise<User | undefined>;
  replacePasswordHash(id: string, old: string, passwordHash: string): Promise<void>;
  /** False when there was none. */
  remove(id: string): Promise<boolean>;
};

const select = { id: true, name: true, email: true, role: true, createdAt: true } as const;

export function createUserRepository(prisma: PrismaClient): UserRepository {
  return {
    async add(user, passwordHash) {
      // ON CONFLICT DO NOTHING: two sign-ups at the same moment are decided by the index, without an error to interpret.
      const { count } = await prisma.user.createMany({ data: [{ ...user, passwordHash }], skipDuplicates: true });
      return count === 1;
    },

    async find(id) {
      return (await prisma.user.findUnique({ where: { id }, select })) ?? undefined;
    },

    async findCredentials(email) {
      return (
        (await prisma.user.findUnique({ where: { email }, select: { id: true, passwordHash: true } })) ?? undefined
      );
    },

    async has(role) {
      return (await prisma.user.findFirst({ where: { role }, select: { id: true } })) !== null;
    },

    page: (after, limit) =>
      prisma.user.findMany({
        ...(after === undefined ? {} : { where: { id: { gt: after } } }),
        orderBy: { id: 'asc' },
        take: limit,
        select,
      }),

    async change(id, changes) {
      try {
        return await prisma.user.update({ where: { id }, data: changes, select });
      } catch (error) {
        if (isPrismaError(error, 'P2025')) return undefined;
        if (isPrismaError(error, 'P2002')) throw emailTaken();
        throw error;
      }
    },

    async replacePasswordHash(id, old, passwordHash) {
      // Only over the hash that was compared: a password changed meanwhile stays.
      await prisma.user.updateMany({ where: { id, passwordHash: old }, data: { passwordHash } });
    },

    async remove(id) {
      const { count } = await prisma.user.deleteMany({ where: { id } });
      return count === 1;
    },
  };
}

/** P2025: nothing to update. P2002: a unique index refused. */
function isPrismaError(error: unknown, code: 'P2025' | 'P2002'): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === code;
}
