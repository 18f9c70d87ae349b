import { metrics, trace } from '@opentelemetry/api';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node';

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The SDK of OpenTelemetry, as somebody who runs Backstage registers it before the backend. */
export function registerTelemetry() {
  const exporter = new PrometheusExporter({ preventServerStart: true });
  const spans = new InMemorySpanExporter();
  const meters = new MeterProvider({ readers: [exporter] });
  const tracers = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] });
  metrics.setGlobalMeterProvider(meters);
  tracers.register();
  return {
    spans: () => spans.getFinishedSpans().filter(({ name }) => name.startsWith('bitbucket_server')),
    /** Attributes as the SDK got them, by metric. */
    async attributes(): Promise<Map<string, Set<string>>> {
      const { resourceMetrics } = await exporter.collect();
      const found = resourceMetrics.scopeMetrics.flatMap(scope => scope.metrics);
      return new Map(
        found
          .filter(({ descriptor }) => descriptor.name.startsWith('bitbucket_server'))
          .map(({ descriptor, dataPoints }) => [
            descriptor.name,
            new Set(dataPoints.flatMap(point => Object.keys(point.attributes))),
          ]),
      );
    },
    /** What Prometheus would read. */
    async scrape(): Promise<Sample[]> {
      const { resourceMetrics } = await exporter.collect();
      const text = new PrometheusSerializer().serialize(resourceMetrics);
      return Array.from(text.matchAll(/^(bitbucket_server\w+)\{(.*)\} (\S+)$/gm), match => ({
        name: match[1]!,
        labels: Object.fromEntries(
          Array.from(match[2]!.matchAll(/(\w+)="([^"]*)"/g), ([, key, value]) => [key!, value!]),
        ),
        value: Number(match[3]),
      }));
    },
    async stop() {
      metrics.disable();
      trace.disable();
      await meters.shutdown();
      await tracers.shutdown();
    },
  };
}
