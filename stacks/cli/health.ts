export const health = async (..._: unknown[]): Promise<number> => 0;
