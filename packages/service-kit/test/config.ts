/** What the sample service was started with. */
export const environment = process.env;
