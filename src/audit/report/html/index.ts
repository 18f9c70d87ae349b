export { toHtml } from './toHtml';
