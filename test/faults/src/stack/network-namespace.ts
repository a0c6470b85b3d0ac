/**
 * A network of its own for one process, joined to this machine by a pair of virtual interfaces. It can be made to fall silent as a broken switch does:
 * frames go to an address that nobody has, so that nothing is refused, nothing is reset, and new connections hang. Linux, root.
 */
import { execFileSync } from 'node:child_process';

/** Of TEST-NET-2 (RFC 5737), so that no real network is shadowed: the first address is this machine's, the second the namespace's. */
const hostAddress = '198.51.100.1';
const insideAddress = '198.51.100.2';
const prefixLength = 30;
/** Locally administered, and nobody's. */
const nobody = '02:00:00:00:00:ff';

export class NetworkNamespace {
  readonly hostAddress = hostAddress;
  readonly insideAddress = insideAddress;
  private readonly hostEnd: string;
  private readonly insideEnd: string;

  private readonly removeAtExit = () => this.remove();

  private constructor(private readonly name: string) {
    this.hostEnd = `${name}-a`;
    this.insideEnd = `${name}-b`;
    process.once('exit', this.removeAtExit);
  }

  /** Throws when this machine does not permit it. */
  static create(): NetworkNamespace {
    // An interface's name has at most 15 characters.
    const namespace = new NetworkNamespace(`asf${process.pid}`);
    try {
      namespace.set();
    } catch (error) {
      namespace.remove();
      throw error;
    }
    return namespace;
  }

  /** Words to put before a command that is to run inside. */
  get commandPrefix(): readonly string[] {
    return ['ip', 'netns', 'exec', this.name];
  }

  /** Nothing arrives any more, in either direction; nobody is told. */
  silence(): void {
    ip('neigh', 'replace', insideAddress, 'lladdr', nobody, 'nud', 'permanent', 'dev', this.hostEnd);
    ip('-n', this.name, 'neigh', 'replace', hostAddress, 'lladdr', nobody, 'nud', 'permanent', 'dev', this.insideEnd);
  }

  heal(): void {
    ip('neigh', 'del', insideAddress, 'dev', this.hostEnd);
    ip('-n', this.name, 'neigh', 'del', hostAddress, 'dev', this.insideEnd);
  }

  /** Removes the namespace and both interfaces, as far as they are there. */
  remove(): void {
    process.removeListener('exit', this.removeAtExit);
    for (const command of [
      ['link', 'del', this.hostEnd],
      ['netns', 'del', this.name],
    ]) {
      try {
        ip(...command);
      } catch {
        // It was not made, or went with the other.
      }
    }
  }

  private set(): void {
    const { name, hostEnd, insideEnd } = this;
    ip('netns', 'add', name);
    ip('link', 'add', hostEnd, 'type', 'veth', 'peer', 'name', insideEnd, 'netns', name);
    ip('addr', 'add', `${hostAddress}/${prefixLength}`, 'dev', hostEnd);
    ip('link', 'set', hostEnd, 'up');
    ip('-n', name, 'addr', 'add', `${insideAddress}/${prefixLength}`, 'dev', insideEnd);
    ip('-n', name, 'link', 'set', insideEnd, 'up');
    ip('-n', name, 'link', 'set', 'lo', 'up');
  }
}

function ip(...args: readonly string[]): void {
  execFileSync('ip', args, { stdio: 'pipe' });
}
