import { defined } from '../../base';
import type { World } from '../../kernel';
import type { Contention } from './contention';
import { type Place, Uses } from './places';

const PROGRESS = 0x9e3779b1;

/** Where every actor stands at the moment, and what lies ahead of all but one. */
export class Whereabouts {
  /** By user: the actors whose stacks say where it stands. */
  private readonly users: readonly number[];
  private readonly now: Place[] = [];
  private readonly unions: Uses[];

  constructor(
    private readonly world: World,
    private readonly contention: Contention,
  ) {
    this.users = [...new Set(contention.world.users)].sort((a, b) => a - b);
    this.unions = this.users.map(() => new Uses());
    for (const user of this.users) this.look(user);
  }

  /** Everybody is looked up anew. */
  lookAll(): void {
    for (const user of this.users) this.look(user);
  }

  /** One user has moved. Nothing must be noted meanwhile. */
  look(user: number): Place {
    const thread = this.world.actors[user]?.thread;
    const progress = this.contention.world.progress?.(user) ?? 0;
    const hash = (thread?.place ?? 0) ^ Math.imul(progress + 1, PROGRESS);
    const place = this.contention.places.at(user, hash);
    this.now[user] = place;
    return place;
  }

  placeOf(user: number): Place {
    return defined(this.now[user], `a place of actor ${user}`);
  }

  /** What lies ahead of everybody but a user. */
  ahead(user: number): Uses {
    const union = defined(this.unions[this.users.indexOf(user)], `a set for actor ${user}`);
    union.clear();
    for (const other of this.users) if (other !== user) union.join(this.placeOf(other).ahead);
    return union;
  }
}
