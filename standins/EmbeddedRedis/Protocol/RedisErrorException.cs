namespace Ccr.Standins.EmbeddedRedis.Protocol;

/// <summary>
/// A command's error reply. Thrown by handlers before they have written any reply; the dispatcher writes <see cref="Exception.Message"/>
/// after a minus sign, so the text begins with the error's code word.
/// </summary>
internal sealed class RedisErrorException(string message) : Exception(message)
{
    public static RedisErrorException Syntax() => new("ERR syntax error");

    public static RedisErrorException WrongType() => new("WRONGTYPE Operation against a key holding the wrong kind of value");

    public static RedisErrorException NotInteger() => new("ERR value is not an integer or out of range");

    public static RedisErrorException NotFloat() => new("ERR value is not a valid float");

    public static RedisErrorException NoSuchKey() => new("ERR no such key");

    public static RedisErrorException WrongArity(string fullName) => new($"ERR wrong number of arguments for '{fullName}' command");

    public static RedisErrorException InvalidExpire(string command) => new($"ERR invalid expire time in '{command}' command");

    public static RedisErrorException TooLong() => new("ERR string exceeds maximum allowed size (proto-max-bulk-len)");
}
