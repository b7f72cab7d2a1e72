import { type Attributes, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, type TracerProvider, trace } from '@opentelemetry/api'

/** A span that was begun. */
export type OpenSpan = {
	/** What follows from it names this as its parent. */
	traceparent: string
	/** Ends it. What failed is told by the attributes: messages can hold what nobody else may see. */
	end(attributes: Attributes, hasFailed?: boolean): void
}

type SpanStart = {
	/** The traceparent of what caused it. */
	parent: string | null | undefined
	attributes: Attributes
	/** When it began, milliseconds since 1970; without it now. */
	startTime?: number
	/** Whether a request from outside is answered by it. */
	isServer?: true
}

/** Traces by OpenTelemetry. Begins a span. */
export type Tracing = (name: string, start: SpanStart) => OpenSpan

/** Traces if an SDK was set up in this process before; undefined where nobody would take them, so that nothing is spent on it. */
export function openTracing(version: string): Tracing | undefined {
	const provider = trace.getTracerProvider() as TracerProvider & { getDelegateTracer?(name: string): unknown }
	// Without an SDK the API has a stand-in that hands on to nobody.
	if (provider.getDelegateTracer && provider.getDelegateTracer('runhook') === undefined) return undefined
	const tracer = trace.getTracer('runhook', version)
	return (name, { parent, attributes, startTime, isServer }) => {
		const kind = isServer ? SpanKind.SERVER : SpanKind.INTERNAL
		const span = tracer.startSpan(name, { kind, attributes, ...(startTime === undefined ? {} : { startTime }) }, contextOf(parent))
		return {
			traceparent: traceparentOf(span),
			end(further, hasFailed = false) {
				span.setAttributes(further)
				if (hasFailed) span.setStatus({ code: SpanStatusCode.ERROR })
				span.end()
			},
		}
	}
}

function contextOf(traceparent: string | null | undefined) {
	if (!traceparent) return ROOT_CONTEXT
	const [, traceId, spanId, flags] = traceparent.split('-') as [string, string, string, string]
	return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true })
}

function traceparentOf(span: Span): string {
	const { traceId, spanId, traceFlags } = span.spanContext()
	return `00-${traceId}-${spanId}-${(traceFlags & 1).toString().padStart(2, '0')}`
}
