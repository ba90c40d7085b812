namespace Ccr.Standins.EmbeddedRedis.Commands;

/// <summary>What COMMAND INFO says of a command. Only <see cref="NoAuth"/> steers the server; the rest informs clients.</summary>
[Flags]
internal enum CommandFlags
{
    None = 0,
    Write = 1,
    ReadOnly = 1 << 1,
    DenyOom = 1 << 2,
    Admin = 1 << 3,
    PubSub = 1 << 4,
    NoScript = 1 << 5,
    Blocking = 1 << 6,
    Loading = 1 << 7,
    Stale = 1 << 8,
    SkipSlowLog = 1 << 9,
    Fast = 1 << 10,
    NoAuth = 1 << 11,
    MovableKeys = 1 << 12,
    AllowBusy = 1 << 13,
}
