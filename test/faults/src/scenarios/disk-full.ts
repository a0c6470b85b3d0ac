/** The disk of the database is full for a while: nothing can be accepted, nothing is lost, and it goes on when there is room again. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Ground, runCampaign } from '../campaign/index.js';
import { type Scenario, whyNoMariadb } from './scenario.js';

/** A fresh server with a small log needs about half of it. */
const diskMb = 220;
const mebibyte = 1_048_576;

/** A small disk in memory. It goes with this process, whatever ends it. */
class SmallDisk {
  private readonly unmountLazily = () => {
    execFileSync('umount', ['-l', this.folder], { stdio: 'pipe' });
  };

  private constructor(readonly folder: string) {
    process.once('exit', this.unmountLazily);
  }

  static mount(): SmallDisk {
    const folder = mkdtempSync(join(tmpdir(), 'assent-disk-'));
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${diskMb}m,mode=0700`, 'tmpfs', folder], { stdio: 'pipe' });
    } catch (error) {
      rmdirSync(folder);
      throw error;
    }
    return new SmallDisk(folder);
  }

  /** Takes all the room that is left. */
  fill(): void {
    const { bavail, bsize } = statfsSync(this.folder);
    const chunk = Buffer.alloc(mebibyte);
    const ballast = Math.floor((bavail * bsize) / mebibyte) + 1;
    for (let index = 0; index <= ballast; index += 1) {
      try {
        writeFileSync(this.ballast, chunk, { flag: 'a' });
      } catch {
        // That was the last of it.
        return;
      }
    }
  }

  free(): void {
    rmSync(this.ballast, { force: true });
  }

  unmount(): void {
    process.removeListener('exit', this.unmountLazily);
    execFileSync('umount', [this.folder], { stdio: 'pipe' });
    rmdirSync(this.folder);
  }

  private get ballast(): string {
    return join(this.folder, 'ballast');
  }
}

function whyNoDisk(): string | null {
  try {
    SmallDisk.mount().unmount();
    return null;
  } catch {
    return 'it needs the right to mount a tmpfs (root)';
  }
}

/** Some servers end themselves when a rollback finds no room (MariaDB 10.11: signal 6). Whoever watches over one starts it again when there is room. */
async function startedAgain(ground: Ground): Promise<void> {
  const { mariadb } = ground.stack;
  if (!mariadb.hasEnded) return;
  ground.count('database ended itself');
  await mariadb.restart();
}

export const diskFull: Scenario = {
  name: 'disk-full',
  title: 'The disk of MariaDB is full for seconds at a time, under load',
  unable: () => whyNoMariadb() ?? whyNoDisk(),
  async run(scale, shops) {
    const disk = SmallDisk.mount();
    try {
      const mariadb = { dataDir: join(disk.folder, 'data'), args: ['--innodb-log-file-size=16M', '--innodb-buffer-pool-size=64M'] };
      return await runCampaign(
        {
          seed: 111,
          stack: { mariadb },
          async harm(ground) {
            while (ground.isOn) {
              await ground.hurt('disk full', async () => {
                disk.fill();
                await ground.breathe(3_000, 6_000);
                disk.free();
                await startedAgain(ground);
              });
              await ground.breathe(300, 1_000);
            }
          },
        },
        scale,
        shops,
      );
    } finally {
      await shops.close();
      disk.unmount();
    }
  },
};
