/**
 * The coordinator as it was before the last change of the product: taken out of the history of this checkout into a folder of its own, and built there. What
 * is deployed node by node runs beside it for a while.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../../..', import.meta.url));

export class PreviousBuild {
  private readonly removeAtExit = () => rmSync(this.folder, { recursive: true, force: true });

  private constructor(
    readonly commit: string,
    private readonly folder: string,
  ) {
    process.once('exit', this.removeAtExit);
  }

  /** The commit before the last one that changed apps or libraries; `null` where there is no history that reaches so far. */
  static commit(): string | null {
    try {
      const [, before = ''] = git('log', '--format=%H', '-n', '2', '--', 'apps', 'libs').trim().split('\n');
      return before === '' ? null : before;
    } catch {
      return null;
    }
  }

  /** Takes it out and builds it, with the packages that are installed here. Throws when it cannot be built. */
  static make(commit: string): PreviousBuild {
    const build = new PreviousBuild(commit, mkdtempSync(join(tmpdir(), 'assent-previous-')));
    try {
      const archive = join(build.folder, 'source.tar');
      const source = join(build.folder, 'source');
      mkdirSync(source);
      git('archive', '--format=tar', `--output=${archive}`, commit);
      execFileSync('tar', ['-xf', archive, '-C', source], { stdio: 'pipe' });
      symlinkSync(join(root, 'node_modules'), join(source, 'node_modules'));
      execFileSync(process.execPath, ['--input-type=module', '--eval', "(await import('./scripts/build.mjs')).build('faults')"], {
        cwd: source,
        stdio: 'pipe',
      });
      return build;
    } catch (error) {
      build.remove();
      throw error;
    }
  }

  /** Its `dist`. */
  get dist(): string {
    return join(this.folder, 'source/dist');
  }

  remove(): void {
    process.removeListener('exit', this.removeAtExit);
    this.removeAtExit();
  }
}

function git(...args: readonly string[]): string {
  return execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
