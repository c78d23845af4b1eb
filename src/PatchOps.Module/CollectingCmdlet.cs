using System.Management.Automation;
using PatchOps.Core.Operations;

namespace PatchOps.Module;

/// <summary>A cmdlet whose pipeline is one request: objects are collected and handed over at the end.</summary>
public abstract class CollectingCmdlet : OperationCmdlet
{
    private readonly List<object> collected = [];
    private OperationRequest? first;

    protected void Collect(object[]? objects)
    {
        foreach (var item in objects ?? []) collected.Add(Unwrap(item));
    }

    /// <param name="always">True where a request without objects still means something.</param>
    protected void PumpCollected<TRequest>(bool always) where TRequest : OperationRequest, new()
    {
        if (collected.Count == 0 && !always && MyInvocation.ExpectingInput) return;
        MyInvocation.BoundParameters.Remove("InputObject");
        first = Bind<TRequest>();
        typeof(TRequest).GetProperty("InputObject")!.SetValue(first, collected);
        Pump(first);
    }

    /// <summary>Our own objects stay as they are; anything else becomes names and texts.</summary>
    private static object Unwrap(object item)
    {
        var wrapped = PSObject.AsPSObject(item);
        if (wrapped.BaseObject is not PSCustomObject && wrapped.BaseObject.GetType().Namespace?.StartsWith("PatchOps", StringComparison.Ordinal) == true) return wrapped.BaseObject;
        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        if (wrapped.BaseObject is System.Collections.IDictionary map)
        {
            foreach (System.Collections.DictionaryEntry entry in map) values[entry.Key.ToString()!] = Text(entry.Value);
            return values;
        }
        foreach (var property in wrapped.Properties) values[property.Name] = Text(property.Value);
        return values;
    }

    private static string? Text(object? value) => value switch
    {
        null => null,
        PSObject wrapped => Text(wrapped.BaseObject),
        string text => text,
        DateTime time => time.ToString("O", System.Globalization.CultureInfo.InvariantCulture),
        DateTimeOffset time => time.ToString("O", System.Globalization.CultureInfo.InvariantCulture),
        System.Collections.IEnumerable list => string.Join(';', list.Cast<object?>().Select(Text)),
        IFormattable formattable => formattable.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };
}
