namespace Ccr.ProxyService.Keys;

/// <summary>What can be in the way of a request with a virtual key.</summary>
internal enum KeyLimit
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Requests in 60 seconds.</summary>
    Requests,

    /// <summary>Tokens in 60 seconds.</summary>
    Tokens,

    /// <summary>Requests at once.</summary>
    Concurrency,

    /// <summary>The day's money is spent.</summary>
    BudgetDay,

    /// <summary>The month's money is spent.</summary>
    BudgetMonth,

    /// <summary>The money would do, but requests under way have reserved it.</summary>
    Reserved,

    /// <summary>The shared books cannot be reached.</summary>
    Unreachable,
}
