using System.Collections;
using System.CommandLine;
using System.Management.Automation;
using System.Reflection;
using PatchOps.Adapters.Composition;
using PatchOps.Cli;
using PatchOps.Core.Operations;

namespace PatchOps.House.Tests.Faces;

/// <summary>What a request can say, a cmdlet and a verb can say; the exceptions are one list.</summary>
public sealed class ParityTests
{
    public static TheoryData<string> Cmdlets => [.. OperationCatalogue.All.Select(o => o.Operation.Cmdlet)];

    public static TheoryData<string> CommandLines => [.. OperationCatalogue.CommandLine.Select(o => o.Operation.Command)];

    [Fact]
    public void Every_request_has_one_operation_and_every_operation_a_request()
    {
        var requests = OperationCatalogue.All.Select(o => o.Request).ToHashSet();
        var operations = Operations.Requests.ToHashSet();
        Breaches.None(requests.Except(operations).Select(r => $"{r.Name} has no operation.").Concat(operations.Except(requests).Select(r => $"{r.Name} is no request.")));
    }

    [Fact]
    public void Every_concrete_request_is_an_operation() =>
        Breaches.None(typeof(OperationRequest).Assembly.GetTypes()
            .Where(t => t.IsSubclassOf(typeof(OperationRequest)) && !t.IsAbstract && t.GetCustomAttribute<OperationAttribute>() is null).Select(t => t.Name));

    [Fact]
    public void Every_cmdlet_belongs_to_one_request_or_is_a_named_exception()
    {
        var known = OperationCatalogue.All.Select(o => o.Operation.Cmdlet).Concat(Verbs.Exceptions.Keys.Where(k => k.Contains('-', StringComparison.Ordinal)));
        Assert.Equal(known.Order(StringComparer.Ordinal), CmdletForm.All.Select(c => c.Name).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void Cmdlet_covers_its_request(string name)
    {
        var request = OperationCatalogue.All.Single(o => o.Operation.Cmdlet == name).Request;
        var cmdlet = CmdletForm.All.Single(c => c.Name == name);
        foreach (var property in Settable(request))
        {
            var parameter = cmdlet.Parameters.SingleOrDefault(p => p.Name == property.Name);
            Assert.True(parameter is not null, $"{name} lacks -{property.Name}, which {request.Name} has.");
            if (property.Name == nameof(OperationRequest.Store)) continue;
            Assert.True(Binds(property.PropertyType, parameter.Property.PropertyType), $"{name} -{property.Name} is {parameter.Property.PropertyType}, which does not bind to {property.PropertyType}.");
            var position = property.GetCustomAttribute<ParameterHelpAttribute>()?.Position ?? -1;
            Assert.Equal(position >= 0 ? position : null, parameter.Position);
        }
    }

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void Cmdlet_has_no_parameter_that_its_request_lacks(string name)
    {
        var request = OperationCatalogue.All.Single(o => o.Operation.Cmdlet == name).Request;
        var known = Settable(request).Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
        Breaches.None(CmdletForm.All.Single(c => c.Name == name).Parameters.Select(p => p.Name).Where(p => !known.Contains(p)));
    }

    [Theory]
    [MemberData(nameof(CommandLines))]
    public void Verb_covers_its_request(string command)
    {
        var request = OperationCatalogue.CommandLine.Single(o => o.Operation.Command == command).Request;
        var words = command.Split(' ');
        var noun = Verbs.Build().Subcommands.Single(c => c.Name == words[0]);
        var verb = noun.Subcommands.Single(c => c.Name == words[1]);
        foreach (var property in Settable(request).Where(p => p.GetCustomAttribute<PowerShellOnlyAttribute>() is null))
        {
            var kebab = Kebab(property.Name);
            var positional = property.GetCustomAttribute<ParameterHelpAttribute>()?.Position >= 0;
            Assert.True(positional ? verb.Arguments.Any(a => a.Name == kebab) : verb.Options.Any(o => o.Name == "--" + kebab), $"'{command}' lacks {kebab}, which {request.Name} has.");
        }
    }

    [Fact]
    public void Every_verb_belongs_to_a_request_or_is_a_named_exception()
    {
        var verbs = Verbs.Build().Subcommands.SelectMany(n => n.Subcommands.Count == 0 ? [n.Name] : n.Subcommands.Select(v => $"{n.Name} {v.Name}")).Order(StringComparer.Ordinal);
        var known = OperationCatalogue.CommandLine.Select(o => o.Operation.Command).Concat(Verbs.Exceptions.Keys.Where(k => !k.Contains('-', StringComparison.Ordinal)));
        Assert.Equal(known.Order(StringComparer.Ordinal), verbs);
    }

    [Fact]
    public void Every_exception_says_why()
    {
        Assert.All(Verbs.Exceptions.Values, reason => Assert.False(string.IsNullOrWhiteSpace(reason)));
        Assert.All(OperationCatalogue.All.SelectMany(o => Settable(o.Request)).Select(p => p.GetCustomAttribute<PowerShellOnlyAttribute>()).OfType<PowerShellOnlyAttribute>(),
            only => Assert.False(string.IsNullOrWhiteSpace(only.Reason)));
    }

    [Fact]
    public void Every_parameter_of_a_request_has_help() =>
        Breaches.None(OperationCatalogue.All.SelectMany(o => Settable(o.Request)).Where(p => p.Name != nameof(OperationRequest.Store) && string.IsNullOrWhiteSpace(p.GetCustomAttribute<ParameterHelpAttribute>()?.Text))
            .Select(p => $"{p.DeclaringType!.Name}.{p.Name}"));

    private static IEnumerable<PropertyInfo> Settable(Type request) => request.GetProperties().Where(p => p.CanWrite);

    /// <summary>The rules by which the module's base class turns parameters into request properties.</summary>
    private static bool Binds(Type property, Type parameter)
    {
        if (property == typeof(bool)) return parameter == typeof(SwitchParameter);
        if (property == typeof(HostCredential)) return parameter == typeof(PSCredential);
        if (property == typeof(object)) return parameter == typeof(ScriptBlock);
        if (property == typeof(IReadOnlyDictionary<string, string>)) return parameter == typeof(Hashtable);
        if (property.IsGenericType && property.GetGenericTypeDefinition() == typeof(IReadOnlyList<>)) return parameter == property.GetGenericArguments()[0].MakeArrayType();
        // PowerShell's own types, which the core does not know: the module turns a credential into its account, and runs a block itself.
        if (property == typeof(HostCredential)) return parameter == typeof(PSCredential);
        if (property == typeof(object) && parameter == typeof(ScriptBlock)) return true;
        return (Nullable.GetUnderlyingType(property) ?? property) == (Nullable.GetUnderlyingType(parameter) ?? parameter);
    }

    private static string Kebab(string name) =>
        string.Concat(name.Select((c, i) => char.IsUpper(c) ? (i > 0 ? "-" : "") + char.ToLowerInvariant(c) : c.ToString()));
}
