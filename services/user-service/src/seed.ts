import { randomBytes } from 'node:crypto';
import { openPool } from '@agora/service-kit/postgres';
import { createLogger } from '@agora/telemetry';
import { v7 as uuidv7 } from 'uuid';
import { readSeedConfig } from './config.ts';
import { createPasswordHasher } from './credentials/password-hasher.ts';
import { createPrisma } from './storage/postgres.ts';
import { createUserRepository } from './storage/user-repository.ts';
import { normalizeEmail } from './users/user.ts';

// Makes the first admin, and does nothing where there is one. The password is shown here and nowhere else.
const config = readSeedConfig();
const logger = createLogger({ service: 'user-service', level: 'warn' });
const pool = openPool({ url: config.DATABASE_URL, service: 'user-service', max: 1, logger });
try {
  const users = createUserRepository(createPrisma(pool));
  if (!(await users.has('admin'))) {
    const email = normalizeEmail(config.ADMIN_EMAIL);
    const password = randomBytes(18).toString('base64url');
    const passwords = await createPasswordHasher(config.BCRYPT_COST);
    const admin = { id: uuidv7(), name: 'Admin', email, role: 'admin', createdAt: new Date() } as const;
    if (await users.add(admin, await passwords.hash(password))) {
      console.log(JSON.stringify({ admin: { email, password } }));
    } else if (!(await users.has('admin'))) {
      throw new Error(`No admin was made: ${email} is a customer's address. Set ADMIN_EMAIL to another one.`);
    }
  }
} finally {
  await pool.end();
}
