/** Stands in for Node's `stream`, which the CSV export of Backstage's tables imports. The demo exports no CSV. */
export class Transform {
  constructor() {
    throw new Error('The demo app has no CSV export');
  }
}
