import { expect, it } from 'vitest';
import { Intake } from './intake.ts';

it('hands out what there is, up to the limit, in order', async () => {
  const intake = new Intake<number>();
  for (const item of [1, 2, 3]) intake.push(item);
  expect(await intake.take(2, 0)).toEqual([1, 2]);
  expect(await intake.take(2, 0)).toEqual([3]);
});

it('waits for a first item, then for company', async () => {
  const intake = new Intake<number>();
  const taken = intake.take(3, 60_000);
  for (const item of [1, 2, 3, 4]) intake.push(item);
  expect(await taken).toEqual([1, 2, 3]);
});

it('does not wait for company for ever', async () => {
  const intake = new Intake<number>();
  intake.push(1);
  expect(await intake.take(3, 1)).toEqual([1]);
});

it('hands out nothing once it is closed, and gives back what is left', async () => {
  const intake = new Intake<number>();
  const waiting = intake.take(3, 60_000);
  intake.push(1);
  intake.close();
  expect(await waiting).toEqual([]);
  expect(await intake.take(1, 0)).toEqual([]);
  expect(intake.takeAll()).toEqual([1]);
});
