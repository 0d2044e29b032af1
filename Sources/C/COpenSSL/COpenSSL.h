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

/// The subject's common name as UTF-8, of so many bytes, none when negative; to be freed.
static inline int copenssl_common_name(const X509 *certificate, unsigned char **text) {
    const X509_NAME *name = X509_get_subject_name(certificate);
    int place = X509_NAME_get_index_by_NID((X509_NAME *)name, NID_commonName, -1);
    if (place < 0) return -1;
    return ASN1_STRING_to_UTF8(text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, place)));
}

static inline void copenssl_free(void *memory) { OPENSSL_free(memory); }

static inline int copenssl_reason(unsigned long error) { return ERR_GET_REASON(error); }

/// The server's choice: the first of its own protocols that the client offers, else an alert.
static inline int copenssl_on_offer(SSL *ssl, const unsigned char **chosen, unsigned char *length,
                                    const unsigned char *offered, unsigned int offered_length,
                                    void *argument) {
    const unsigned char *list = (const unsigned char *)argument;
    unsigned int own = (unsigned int)(uintptr_t)SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), 0);
    if (SSL_select_next_proto((unsigned char **)chosen, length, list, own, offered,
                              offered_length) == OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_OK;
    return SSL_TLSEXT_ERR_ALERT_FATAL;
}

/// A hello without protocols is refused before anything is answered (RFC 7301 leaves that open).
static inline int copenssl_on_hello(SSL *ssl, int *alert, void *argument) {
    const unsigned char *offered;
    size_t length;
    (void)argument;
    if (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_application_layer_protocol_negotiation, &offered,
                                  &length))
        return SSL_CLIENT_HELLO_SUCCESS;
    *alert = SSL_AD_NO_APPLICATION_PROTOCOL;
    return SSL_CLIENT_HELLO_ERROR;
}

/// `list` must live as long as the context.
static inline void copenssl_choose_protocol(SSL_CTX *context, const unsigned char *list,
                                            unsigned int length) {
    SSL_CTX_set_ex_data(context, 0, (void *)(uintptr_t)length);
    SSL_CTX_set_alpn_select_cb(context, copenssl_on_offer, (void *)list);
    SSL_CTX_set_client_hello_cb(context, copenssl_on_hello, NULL);
}

/// A ticket is good for as long as the certificate is that the client showed when it was made.
static inline SSL_TICKET_RETURN copenssl_on_ticket(SSL *ssl, SSL_SESSION *session,
                                                   const unsigned char *name, size_t length,
                                                   SSL_TICKET_STATUS status, void *argument) {
    X509 *peer;
    (void)ssl, (void)name, (void)length, (void)argument;
    if (status != SSL_TICKET_SUCCESS && status != SSL_TICKET_SUCCESS_RENEW)
        return SSL_TICKET_RETURN_IGNORE_RENEW;
    peer = SSL_SESSION_get0_peer(session);
    if (peer != NULL && X509_cmp_current_time(X509_get0_notAfter(peer)) <= 0)
        return SSL_TICKET_RETURN_IGNORE_RENEW;
    return status == SSL_TICKET_SUCCESS ? SSL_TICKET_RETURN_USE : SSL_TICKET_RETURN_USE_RENEW;
}

/// A server's tickets, under keys of this context's own; nothing is kept for those who bring none.
static inline void copenssl_issue_tickets(SSL_CTX *context) {
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_session_id_context(context, (const unsigned char *)"opi-xpu", 7);
    SSL_CTX_set_session_ticket_cb(context, NULL, copenssl_on_ticket, NULL);
}

/// A client's tickets go to `keep`, and to nobody else.
static inline void copenssl_keep_tickets(SSL_CTX *context, int (*keep)(SSL *, SSL_SESSION *)) {
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context, keep);
}

static inline EVP_PKEY *copenssl_make_key(void) { return EVP_EC_gen("P-256"); }

/// An extension by its text, with `issuer` and `subject` as what "keyid" and "hash" speak of.
static inline X509_EXTENSION *copenssl_extension(X509 *issuer, X509 *subject, int kind,
                                                 const char *text) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, subject, NULL, NULL, 0);
    return X509V3_EXT_conf_nid(NULL, &context, kind, text);
}
