# Part of scripts/stack: an authority of the stack's own, and certificates for its servers. Uses $state, $home, $name.
# shellcheck shell=bash disable=SC2154

# In $state/tls, made once:
#   ca.pem               the authority
#   server.pem .key      signed by it, for 127.0.0.1 and localhost
#   elsewhere.pem .key   signed by it, for a name that nothing here has
#   stranger.pem         an authority that has signed nothing here
# The authorities' keys are gone when this ends: nobody can sign anything more that tests or servers would trust.
tls_certificates() {
    [ ! -d "$state/tls" ] || return 0
    rm -rf "$state/tls.new"
    mkdir "$state/tls.new"
    (
        cd "$state/tls.new"
        printf '[req]\ndistinguished_name = name\n[name]\n' >openssl.cnf
        tls_authority ca
        tls_certificate server DNS:localhost,IP:127.0.0.1
        tls_certificate elsewhere DNS:elsewhere.test
        tls_authority stranger
        rm ca.key stranger.key openssl.cnf openssl.log
    )
    mv "$state/tls.new" "$state/tls"
}

tls_authority() { # NAME
    tls_sign "$1" -subj "/CN=usage-insight $name $1" \
        -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign
}

tls_certificate() { # NAME SUBJECT_ALT_NAMES
    tls_sign "$1" -subj "/CN=usage-insight $name $1" -CA ca.pem -CAkey ca.key \
        -addext basicConstraints=critical,CA:FALSE -addext "subjectAltName=$2"
}

tls_sign() { # NAME ARGUMENTS
    openssl req -x509 -config openssl.cnf -days 3650 -noenc -newkey ec -pkeyopt ec_paramgen_curve:P-256 \
        -keyout "$1.key" -out "$1.pem" "${@:2}" >>openssl.log 2>&1 || die_with_log openssl.log "no certificate for $1"
}

# The servers' own copies, as neither can be relied on to reach $state.
tls_of_servers() {
    install -d -m 700 -o "$server_user" "$home/tls"
    local file
    for file in server.pem server.key; do
        cmp --silent "$state/tls/$file" "$home/tls/$file" || server_file "$home/tls/$file" <"$state/tls/$file"
    done
}
