import { z } from 'zod';
import { bindAddress, ConfigurationError, databaseUrl, port, readConfiguration, signingKey } from './configuration.js';

const schema = z.object({
  HTTP_PORT: port.default(4102),
  HTTP_HOST: bindAddress,
  DATABASE_URL: databaseUrl.default('sqlite:.assent/shop.sqlite'),
  KEY: signingKey.optional(),
});

describe('the configuration of a service', () => {
  it('has a default for everything, and takes an empty value for none', () => {
    expect(readConfiguration(schema, { HTTP_PORT: '', PATH: '/bin' })).toEqual({
      HTTP_PORT: 4102,
      HTTP_HOST: '127.0.0.1',
      DATABASE_URL: 'sqlite:.assent/shop.sqlite',
    });
  });

  it('lists all problems at once, each with the name of its variable', () => {
    const wrong = { HTTP_PORT: '70000', HTTP_HOST: '10.0.0.7', DATABASE_URL: 'postgres://host/db', KEY: 'secret' };
    const read = () => readConfiguration(schema, wrong);
    expect(read).toThrow(ConfigurationError);
    for (const name of Object.keys(wrong)) expect(read).toThrow(new RegExp(`^  - ${name} must be`, 'm'));
  });

  it('listens to this machine only, unless it is told to listen to all of a network', () => {
    expect(readConfiguration(schema, {}).HTTP_HOST).toBe('127.0.0.1');
    expect(readConfiguration(schema, { HTTP_HOST: '0.0.0.0' }).HTTP_HOST).toBe('0.0.0.0');
  });

  it.each(['sqlite:/var/shop.sqlite', 'mysql://root@127.0.0.1:3306/shop', 'mariadb://user:pass@host/shop_1'])('takes %s', (url) => {
    expect(readConfiguration(schema, { DATABASE_URL: url }).DATABASE_URL).toBe(url);
  });

  it.each(['sqlite:', 'mysql://host', 'mysql://host/', 'mysql://host/a`b'])('does not take %s for a database', (url) => {
    expect(() => readConfiguration(schema, { DATABASE_URL: url })).toThrow(ConfigurationError);
  });
});
