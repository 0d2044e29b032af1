// SPDX-License-Identifier: Apache-2.0
//
// OpenSSL's headers, and what of them is a macro that Swift cannot see.
#pragma once

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

static inline int copenssl_set_versions(SSL_CTX *context) {
    return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
}

static inline long copenssl_set_modes(SSL_CTX *context) {
    return SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                         SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
}

/// Nothing of the machine's configuration, and nothing taken apart at exit, when threads may still
/// be at work.
static inline int copenssl_start(void) {
    return OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT, NULL);
}

static inline uint64_t copenssl_refuse_renegotiation(SSL_CTX *context) {
    return SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION);
}

static inline int copenssl_set_sni(SSL *ssl, const char *name) {
    return (int)SSL_set_tlsext_host_name(ssl, (void *)name);
}

static inline int copenssl_add_chain(SSL_CTX *context, X509 *certificate) {
    return (int)SSL_CTX_add1_chain_cert(context, certificate);
}

static inline void copenssl_never_eof(BIO *bio) { BIO_set_mem_eof_return(bio, -1); }

static inline int copenssl_set_owner(SSL *ssl, void *owner) {
    return SSL_set_ex_data(ssl, 0, owner);
}

static inline void *copenssl_owner(const SSL *ssl) { return SSL_get_ex_data(ssl, 0); }

static inline GENERAL_NAMES *copenssl_names(X509 *certificate) {
    return (GENERAL_NAMES *)X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
}

static inline int copenssl_count(const GENERAL_NAMES *names) {
    return sk_GENERAL_NAME_num(names);
}

static inline int copenssl_kind(const GENERAL_NAMES *names, int index) {
    return sk_GENERAL_NAME_value(names, index)->type;
}

/// The text of a DNS name or the octets of an address; both lie at the same place of the union.
static inline const ASN1_STRING *copenssl_text(const GENERAL_NAMES *names, int index) {
    return sk_GENERAL_NAME_value(names, index)->d.ia5;
}

static inline int copenssl_reason(unsigned long error) { return ERR_GET_REASON(error); }
