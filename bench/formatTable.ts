import Table from 'cli-table3';
import { timeRatio } from './BenchResult';
import type { BenchResult } from './BenchResult';

export function formatTable(title: string, results: readonly BenchResult[]): string {
  const head = [
    'case',
    'requests',
    'p50',
    'p99',
    'per second',
    'x upstream',
    'x floor',
    'target',
    'measured',
    '',
  ];
  const table = new Table({ head, style: { head: [], border: [], compact: true } });
  for (const { name, ours, upstream, floor, target } of results) {
    table.push([
      name,
      `${round(ours.requests)}${upstream ? ` (${round(upstream.requests)})` : ''}`,
      duration(ours.p50),
      duration(ours.p99),
      Math.round(ours.perSecond).toLocaleString('en'),
      upstream ? timeRatio(ours, upstream).toPrecision(2) : '',
      floor ? timeRatio(ours, floor).toPrecision(2) : '',
      target?.text ?? '',
      target?.actual ?? '',
      target ? (target.met ? 'met' : 'MISSED') : '',
    ]);
  }
  return `${title}\n${table.toString()}`;
}

function round(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toPrecision(2);
}

function duration(milliseconds: number): string {
  return milliseconds < 0.1
    ? `${Math.round(milliseconds * 1e6)} ns`
    : `${milliseconds.toFixed(2)} ms`;
}
