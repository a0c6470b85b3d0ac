/** The accounts over HTTP: look at them, and open a new one. */
import { LocalTransactions } from '@assent/participant';
import { Problem, readInput } from '@assent/service';
import { Body, Controller, Get, Param, Put, Query } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, MoreThan } from 'typeorm';
import { z } from 'zod';
import { accountId } from '../contracts/index.js';
import { Account } from './account.entity.js';
import { openAccount } from './ledger.js';
import { type MoneyTotals, readTotals } from './totals.js';

const NewAccount = z.strictObject({ balance: z.number().int().min(0).max(1_000_000_000_000) });

const Page = z.object({
  /** The last account of the page before. */
  after: accountId.optional(),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
});

@Controller()
export class AccountController {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  @Get('accounts')
  list(@Query() query: unknown): Promise<Account[]> {
    const { after, limit } = readInput(Page, query);
    const where = after === undefined ? {} : { id: MoreThan(after) };
    return this.dataSource.manager.find(Account, { where, order: { id: 'ASC' }, take: limit });
  }

  @Get('accounts/:id')
  async show(@Param('id') id: string): Promise<Account> {
    const account = await this.dataSource.manager.findOneBy(Account, { id });
    if (account === null) throw new Problem(404, 'unknown_account', `There is no account "${id}". Open it by PUT /accounts/${id}.`);
    return account;
  }

  /** Creates only: an account that is there keeps its money, so that seeding twice changes nothing. */
  @Put('accounts/:id')
  async open(@Param('id') name: string, @Body() body: unknown): Promise<Account> {
    const id = readInput(accountId, name);
    const { balance } = readInput(NewAccount, body);
    const { manager } = this.dataSource;
    if (!(await manager.existsBy(Account, { id }))) await this.create(id, balance);
    return manager.findOneByOrFail(Account, { id });
  }

  @Get('totals')
  totals(): Promise<MoneyTotals> {
    return readTotals(this.dataSource.manager);
  }

  private async create(id: string, balance: number): Promise<void> {
    try {
      await LocalTransactions.of(this.dataSource).run((manager) => openAccount(manager, id, balance));
    } catch (error) {
      // Somebody else opened it at the same moment: theirs counts.
      if (!(await this.dataSource.manager.existsBy(Account, { id }))) throw error;
    }
  }
}
