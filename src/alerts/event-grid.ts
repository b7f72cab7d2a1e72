// Events of Azure Event Grid, in its own schema and as CloudEvents of any sender:
// https://learn.microsoft.com/azure/event-grid/event-schema,
// https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md

import type { Message, Reading } from './alert.ts'
import { instantOf } from './instant.ts'
import { hasMembers, type JsonObject, listOf, member, objectOf, textOf } from './json-member.ts'
import { isArmId } from './machines.ts'
import { header } from './message-headers.ts'

/** Reads the question whether this address wants a subscription's events. */
export function readEventGridValidation({ body }: Message): Reading & { validationCode: string | null } {
	const [event] = listOf(body)
	return {
		subkind: textOf(member(event, 'eventType')),
		firedAt: instantOf(member(event, 'eventTime')),
		validationCode: textOf(member(event, 'data', 'validationCode')),
	}
}

/** Reads a delivery in Event Grid's own schema. Type and time are the first event's, resources those of all. */
export function readEventGrid({ body }: Message): Reading {
	const events = listOf(body)
	return {
		subkind: textOf(member(events[0], 'eventType')),
		resourceIds: events.flatMap((event) => textOf(member(event, 'data', 'resourceUri')) ?? [member(event, 'subject')].filter(isArmId)),
		firedAt: instantOf(member(events[0], 'eventTime')),
	}
}

/** Reads CloudEvents: one, a batch, or one whose attributes are headers. Type and time are the first event's, resources those of all. */
export function readCloudEvent(message: Message): Reading {
	const events = cloudEventsOf(message)
	return {
		subkind: textOf(member(events[0], 'type')),
		resourceIds: events.flatMap((event) => [member(event, 'subject'), member(event, 'source')].filter(isArmId).slice(0, 1)),
		firedAt: instantOf(member(events[0], 'time')),
	}
}

/** The attributes of the CloudEvents that a message holds; none when it is another message. */
export function cloudEventsOf({ body, headers }: Message): JsonObject[] {
	const events = Array.isArray(body) ? body : [body]
	if (events.length > 0 && events.every(isCloudEvent)) return events.map(objectOf)
	const names = ['specversion', 'type', 'source', 'subject', 'time']
	const attributes = Object.fromEntries(names.map((name) => [name, unescaped(header(headers, `ce-${name}`))]))
	return isCloudEvent(attributes) ? [attributes] : []
}

function isCloudEvent(event: unknown): boolean {
	return hasMembers(event, 'specversion', 'type', 'source')
}

/** Headers have other characters than printable ASCII percent-encoded (section 3.1.3.2 of the binding). */
function unescaped(value: string | undefined): string | undefined {
	try {
		return value && decodeURIComponent(value)
	} catch {
		return value
	}
}
