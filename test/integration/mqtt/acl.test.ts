import { createServer } from 'node:net';
import { Aedes } from 'aedes';
import { expect, it, vi } from 'vitest';
import { makePublisher } from './fixture.js';

// Each starts brokers or daemons: that takes its time on a busy machine.
vi.setConfig({ testTimeout: 300_000 });

it('a broker that refuses some of our subscriptions is no reason to leave it', async () => {
  const aedes = await Aedes.createBroker();
  aedes.authorizeSubscribe = (_, subscription, done) =>
    done(null, subscription.topic.includes('/group/') ? null : subscription);
  const server = createServer(aedes.handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const { publisher, logged } = makePublisher(`mqtt://127.0.0.1:${port}`);
  const heard: string[] = [];
  publisher.listen('zynqnet/group/north/config/set', () => heard.push('group'));
  publisher.listen('zynqnet/board-1/config/set', () => heard.push('own'));
  publisher.start();
  try {
    while (!logged.some((line) => line.includes('refuses subscriptions to these topics')))
      await new Promise((r) => setTimeout(r, 20));
    while (heard.length === 0) {
      await publisher.send('zynqnet/group/north/config/set', 'x', { qos: 1, retain: false });
      await publisher.send('zynqnet/board-1/config/set', 'x', { qos: 1, retain: false });
    }
    expect(heard).not.toContain('group');
    expect(publisher.stats().mqtt).toMatchObject({ state: 'online', connects: 1 });
    expect(logged.find((line) => line.includes('refuses subscriptions to these topics'))).toContain(
      '"refused":["zynqnet/group/north/config/set"]',
    );
  } finally {
    await publisher.stop(500);
    await new Promise<void>((resolve) => aedes.close(() => server.close(() => resolve())));
  }
});
