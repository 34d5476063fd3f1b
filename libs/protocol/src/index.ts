export * from './generated/messages.ts';
